/** What a user chooses in the system's dialogs; null when it was closed. */
export interface Dialogs {
  readonly folder: (title: string) => Promise<string | null>
  readonly open: (
    title: string,
    name: string,
    extensions: readonly string[],
  ) => Promise<string | null>
  /** @param defaultName File name that is offered. */
  readonly save: (title: string, defaultName: string, extension: string) => Promise<string | null>
}
