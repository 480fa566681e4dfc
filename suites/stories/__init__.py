"""Cultural competence in generated stories (arXiv 2508.16762)."""
