/**
 * The images of a run as it saw them, to name what changed between two runs. A list is stored once, whatever number
 * of runs saw it; it is named by its content.
 */
export const imageListsOfRuns = `
CREATE TABLE run_image_list (
  digest TEXT PRIMARY KEY,
  -- JSON, deflated; see SeenImage.
  content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- NULL for a run that has not begun or is older than this record.
ALTER TABLE run ADD COLUMN image_list TEXT REFERENCES run_image_list;
CREATE INDEX run_by_image_list ON run (image_list);
`
