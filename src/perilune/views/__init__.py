"""Results for other tools: tables that pandas, polars and pyarrow take, cards for notebooks."""
