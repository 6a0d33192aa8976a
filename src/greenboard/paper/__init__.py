"""What is made to be printed, filed and sent: documents as PDF and Markdown, of one description."""
