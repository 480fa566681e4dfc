"""Models, and how a name resolves to one; each adapter imports its backend when first used."""
