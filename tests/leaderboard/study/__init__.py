"""Tests of the human study."""
