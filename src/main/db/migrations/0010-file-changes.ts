/**
 * Files that are no longer as they were imported, and what a result was computed from: hashes of the image and of
 * the data set's own mask files, so that content that is accepted later makes it out of date.
 */
export const fileChanges = `
-- What was last found of such files; all others are as they were imported, as far as they were looked at.
CREATE TABLE file_change (
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  -- 0 is the image, n the mask file at position n − 1.
  part INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('missing', 'unreadable', 'changed')),
  message TEXT NOT NULL,
  -- Of what was found; NULL where nothing could be read.
  bytes INTEGER,
  modified_at REAL,
  sha256 TEXT,
  width INTEGER,
  height INTEGER,
  ignored INTEGER NOT NULL DEFAULT 0 CHECK (ignored IN (0, 1)),
  PRIMARY KEY (image_id, part)
) STRICT, WITHOUT ROWID;

ALTER TABLE dataset ADD COLUMN checked_at INTEGER;

ALTER TABLE image_result ADD COLUMN image_sha256 TEXT;
ALTER TABLE image_result ADD COLUMN mask_sha256 TEXT;
UPDATE image_result SET
  image_sha256 = (SELECT sha256 FROM image WHERE id = image_id),
  mask_sha256 = (SELECT group_concat(sha256, ' ' ORDER BY position)
    FROM image_mask_file AS file WHERE file.image_id = image_result.image_id);
`
