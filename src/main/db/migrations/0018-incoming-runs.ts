/** Runs that are being taken in, with the data sets made for them: neither is shown before all of it is here. */
export const incomingRuns = `
CREATE TABLE incoming_run (
  run_id INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  dataset_id INTEGER REFERENCES dataset ON DELETE SET NULL,
  -- The folder in cache/ that the import works in, which says whether its process lives.
  staging TEXT NOT NULL UNIQUE
) STRICT;
`
