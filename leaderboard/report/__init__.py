"""The paper's tables and figures for any model, written from run files alone."""
