"""Re-run the checks over many learners' folders: who solved what, and what failed first."""
