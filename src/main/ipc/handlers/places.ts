import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type Names = `places.${string}` | `sentStudies.${string}`
type PlaceHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, Names>>

export function placeHandlers({ places, sendStudy, followPlaces }: Studio): PlaceHandlers {
  return {
    'places.list': () => places.list(),
    'places.add': ({ name, settings }) => places.add(name, settings),
    'places.change': ({ placeId, name, settings }) => places.change(placeId, name, settings),
    'places.remove': ({ placeId }) => {
      places.remove(placeId)
      return null
    },
    'places.test': ({ placeId, seconds }) => places.test(placeId, seconds),
    'sentStudies.preview': (request) => sendStudy.preview(request),
    'sentStudies.send': (request) => sendStudy.send(request),
    'sentStudies.get': ({ studyId }) => {
      const sent = sendStudy.sent(studyId)
      return sent && { sent, tasks: sendStudy.tasks(studyId) }
    },
    'sentStudies.look': async ({ studyId }) => (await followPlaces.look(studyId)).problems,
    'sentStudies.act': async ({ studyId, act, numbers }) => {
      await sendStudy.act(studyId, act, numbers)
      await followPlaces.look(studyId)
      return null
    },
    'sentStudies.retry': async ({ studyId, numbers }) => {
      await sendStudy.retry(studyId, numbers)
      return null
    },
    'sentStudies.extend': async ({ studyId, numbers, minutes }) => {
      await sendStudy.extend(studyId, numbers, minutes)
      return null
    },
    'sentStudies.limit': async ({ studyId, limit }) => {
      await sendStudy.throttle(studyId, limit)
      return null
    },
  }
}
