"""Models and what resolves a name to one; each adapter imports its backend when first asked."""
