"""Tables that ship with the project, and the command that checks a set of questions."""
