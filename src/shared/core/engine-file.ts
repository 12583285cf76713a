/** Something that an installed studio fetches once before it can train. */
export interface EngineFile {
  /** For people, such as `TensorFlow 2.21.0`. */
  readonly label: string
  readonly bytes: number
}
