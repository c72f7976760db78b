-- How many rows SQLite may expect of the hot table: without any statistics it takes a key of the run alone for as good as the
-- index on run and lumisection, and reads a whole run for one lumisection. ANALYZE replaces them by what is there.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('lumisection_histogram', 'lumisection_histogram', '3000000 300000 1000 1 1'),
  ('lumisection_histogram', 'lumisection_histogram_run_number_lumisection_number_idx', '3000000 300000 300'),
  ('lumisection_histogram', 'lumisection_histogram_file_id_idx', '3000000 300000');
