/** What a job of the kind `import` brings in, and what came of it. */
export const imports = `
CREATE TABLE import (
  job_id INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
  root TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Set together with the data set's rows.
  dataset_id INTEGER REFERENCES dataset ON DELETE SET NULL,
  -- What was found in the folder, as JSON; see ImportReport.
  report TEXT
) STRICT;
CREATE INDEX import_by_dataset ON import (dataset_id);
`
