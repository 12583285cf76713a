/** A training keeps the files of its newest two checkpoints; the rows of the others stay for what was computed from them. */
export const checkpointFiles = `
-- When its file was removed; NULL while it is there.
ALTER TABLE checkpoint ADD COLUMN removed_at INTEGER;
`
