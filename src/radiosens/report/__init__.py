"""What a run leaves for its reader: tables, figures, summary."""
