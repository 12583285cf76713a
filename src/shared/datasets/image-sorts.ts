/** Orders of a list of images. */
export const imageSorts = ['name', 'score', 'score-change', 'anomaly-area', 'surprise'] as const
export type ImageSort = (typeof imageSorts)[number]
