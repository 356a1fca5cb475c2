"""Official documents after GB/T 9704-2012: one typed document, printed as Word, PDF and web page. No models, no database."""
