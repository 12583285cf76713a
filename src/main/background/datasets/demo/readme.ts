/** Goes into the data set's folder: what the pictures are and under which licence. */
export const readme = `# DDAD Studio demo data set

Four categories in the layout of MVTec AD, made from three photographs by \`ddad demo make\`.
Training pictures are cut from one part of each photograph, test pictures from another that shares no
pixel with it. Defects (scratch, stain, dent, swapped, hole) are painted on test pictures; a mask covers
exactly the pixels that were painted. The same seed makes the same files.

It shows how the studio works. It says nothing about how well a method does on real products.

| category | photograph | licence |
|---|---|---|
| brick, joint, gravel | textures originally published by CC0Textures, as distributed with scikit-image | CC0 |
| grass | texture by Linolafett, as distributed with scikit-image | CC0 |
`
