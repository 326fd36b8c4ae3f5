"""Pictures: data in, PNG and alternative text out. They are drawn in a process of their own (`worker`)."""
