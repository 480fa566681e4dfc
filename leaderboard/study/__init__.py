"""People rate generated stories: a blinded, balanced study, and what its ratings say."""
