/** T: number of diffusion steps. */
export const DIFFUSION_STEPS = 1000

/**
 * ᾱ_t of the linear schedule β = 1e-4 … 0.02 (Ho et al., 2020), t = 0 … 999, in float64.
 */
export const alphaBar: Float64Array = cumulativeAlpha()

/** ᾱ_t with ᾱ_{−1} = 1: before the first step there is no noise. */
export function alphaBarAt(step: number): number {
  return step < 0 ? 1 : alphaBar[step]!
}

function cumulativeAlpha(): Float64Array {
  const result = new Float64Array(DIFFUSION_STEPS)
  let product = 1
  for (let t = 0; t < DIFFUSION_STEPS; t++) {
    const beta = 1e-4 + ((0.02 - 1e-4) * t) / (DIFFUSION_STEPS - 1)
    product *= 1 - beta
    result[t] = product
  }
  return result
}
