/** What the signs of DDAD's equations mean, in one line each. */
export const terms = {
  noisy: 'x_t: the image as the network sees it before this pass, with the noise of step t in it.',
  prediction:
    'x̂₀: what the network takes the clean image to be at this step, drawn towards the input by g.',
  guidance:
    'g = w · (1 − ᾱ_t): how much of the difference to the input a step takes back; 1 is the input itself, above 1 it goes beyond.',
  noise:
    'η: how much fresh noise each step adds; 0 none (deterministic), 1 as much as in training.',
} as const
