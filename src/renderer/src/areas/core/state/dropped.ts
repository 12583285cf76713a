const FOLDERS = 'Drop the folder of a data set to import it.'

/** Why a dropped file does nothing, and what to do with it instead. */
export function whyNotDropped(name: string): string {
  const [, ending = ''] = /\.([a-z0-9]+)$/i.exec(name) ?? []
  switch (ending.toLowerCase()) {
    case 'ddadrun':
      return `${name} is a packed run. Bring it in with Import on the page Runs.`
    case 'pth':
    case 'pt':
    case 'ckpt':
    case 'safetensors':
      return `${name} holds weights. Bring them in with Import on the page Runs.`
    case 'zip':
    case 'tar':
    case 'gz':
    case 'tgz':
    case 'xz':
    case '7z':
      return `${name} is an archive. Unpack it first, then drop the folder.`
    case 'png':
    case 'jpg':
    case 'jpeg':
    case 'bmp':
    case 'tif':
    case 'tiff':
    case 'webp':
      return `${name} is a single image. ${FOLDERS} An image that belongs to a data set is put into its folder; the data set's page then offers to add it.`
    default:
      return `${name} is no folder, and nothing here takes such a file. ${FOLDERS}`
  }
}

/** For what is no file at all: a text, a link, a picture out of a page. */
export const nothingDropped = `What you dropped is no file. ${FOLDERS}`
