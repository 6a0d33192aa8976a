"""Work on plugins: look for mistakes, and begin one."""
