"""Supervised LoRA fine-tuning on the training split of a set of questions (docs/finetuning.md)."""
