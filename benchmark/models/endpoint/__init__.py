"""Models behind an OpenAI-compatible server: vLLM, SGLang, hosted; needs no torch."""
