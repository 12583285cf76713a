/** What a corrected mask changed in comparison with the version it was made from. */
export const maskStatistics = `
ALTER TABLE mask_version ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE mask_version ADD COLUMN defect_pixels INTEGER;
ALTER TABLE mask_version ADD COLUMN added INTEGER;
ALTER TABLE mask_version ADD COLUMN removed INTEGER;
ALTER TABLE mask_version ADD COLUMN changed INTEGER;
`
