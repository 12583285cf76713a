/** An export that nobody watches or gives up. */
export const quiet = { signal: new AbortController().signal, onProgress: () => undefined }
