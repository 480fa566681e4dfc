"""People's answers: questions, their wording and topics, the distributions by country."""
