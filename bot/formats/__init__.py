"""Question files in and out, one module a format: text in, questions and problems out."""
