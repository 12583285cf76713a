/** Which of the device's cards a job runs on: each works on one job at a time. */
export const jobCards = `
ALTER TABLE job ADD COLUMN card INTEGER NOT NULL DEFAULT 0 CHECK (card >= 0);
`
