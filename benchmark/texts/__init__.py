"""What is read in a text: letters, markers of models, thinking, languages."""
