/** When a sweep last asked for a setting's maps, so that those used longest ago are the first to be removed. */
export const sweepCellsUsed = `
ALTER TABLE sweep_cell ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sweep_cell_by_use ON sweep_cell (used_at, id);
`
