import type { z } from 'zod'
import { appRoutes } from './app.ts'
import { compareRoutes } from './compare.ts'
import { datasetRoutes } from './datasets.ts'
import { evaluationRoutes } from './evaluations.ts'
import { exchangeRoutes } from './exchange.ts'
import { fileRoutes } from './files.ts'
import { jobRoutes } from './jobs.ts'
import { maskRoutes } from './masks.ts'
import { nearestRoutes } from './nearest.ts'
import { operatingPointRoutes } from './operating-points.ts'
import { placeRoutes } from './places.ts'
import { imageRoutes } from './images.ts'
import { reviewRoutes } from './reviews.ts'
import { runRoutes } from './runs.ts'
import { startStepRoutes } from './start-step.ts'
import { weightsRoutes } from './weights.ts'

/** Every request the renderer may make, by name. */
export const routes = {
  ...appRoutes,
  ...datasetRoutes,
  ...fileRoutes,
  ...imageRoutes,
  ...reviewRoutes,
  ...runRoutes,
  ...jobRoutes,
  ...placeRoutes,
  ...evaluationRoutes,
  ...operatingPointRoutes,
  ...compareRoutes,
  ...exchangeRoutes,
  ...maskRoutes,
  ...nearestRoutes,
  ...startStepRoutes,
  ...weightsRoutes,
}

export type Routes = typeof routes
export type RouteName = keyof Routes
/** What the renderer sends. */
export type RouteInput<Name extends RouteName> = z.input<Routes[Name]['input']>
/** What main's handler receives after parsing. */
export type ParsedInput<Name extends RouteName> = z.output<Routes[Name]['input']>
export type RouteOutput<Name extends RouteName> =
  NonNullable<Routes[Name]['output']> | Extract<Routes[Name]['output'], null>
