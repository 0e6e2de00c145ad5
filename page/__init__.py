"""What the page shows, as markup: pure functions from answers and documents to HTML. Nothing here imports gradio."""
