"""What is read from a text: letters, control markers, thinking, languages."""
