/** What was chosen where a folder could be read in several ways. */
export const readings = `
-- JSON; see Reading. Nothing chosen: as proposed.
ALTER TABLE dataset ADD COLUMN reading TEXT NOT NULL DEFAULT '{}';
ALTER TABLE import ADD COLUMN reading TEXT NOT NULL DEFAULT '{}';
-- How stored pixels are turned before they are used, as in EXIF. Masks may have been drawn on turned pictures.
ALTER TABLE image ADD COLUMN orientation INTEGER NOT NULL DEFAULT 1
  CHECK (orientation BETWEEN 1 AND 8);
ALTER TABLE image_mask_file ADD COLUMN orientation INTEGER NOT NULL DEFAULT 1
  CHECK (orientation BETWEEN 1 AND 8);
`
