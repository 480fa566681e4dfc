"""From replies to a case's record: distributions, right answers, stories, floors."""
