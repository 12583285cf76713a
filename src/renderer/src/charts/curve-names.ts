const names: Readonly<Record<string, string>> = {
  loss: 'Training loss',
  gradientNorm: 'Gradient norm',
  secondsPerStep: 'Seconds per step',
  memory: 'Memory of the engine (GB)',
}

/** What a recorded curve is called; one that is not known keeps the name in its records. */
export const curveName = (name: string): string => names[name] ?? name
