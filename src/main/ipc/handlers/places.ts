import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type Names = `places.${string}` | `sentStudies.${string}`
type PlaceHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, Names>>

export function placeHandlers({ places, sendStudy, followPlaces }: Studio): PlaceHandlers {
  return {
    'places.list': places.list,
    'places.defaults': places.defaults,
    'places.add': ({ name, settings }) => places.add(name, settings),
    'places.change': ({ placeId, name, settings }) => places.change(placeId, name, settings),
    'places.remove': ({ placeId }) => places.remove(placeId),
    'places.test': ({ placeId, seconds }) => places.test(placeId, seconds),
    'sentStudies.preview': sendStudy.preview,
    'sentStudies.send': sendStudy.send,
    'sentStudies.get': ({ studyId }) => {
      const sent = sendStudy.sent(studyId)
      const tasks = sendStudy.tasks(studyId).map(({ log: _, ...task }) => task)
      return sent && { sent, tasks }
    },
    'sentStudies.task': ({ runId }) => sendStudy.taskOf(runId),
    'sentStudies.look': async ({ studyId }) => (await followPlaces.look(studyId)).problems,
    'sentStudies.act': async ({ studyId, act, numbers }) => {
      await sendStudy.act(studyId, act, numbers)
      await followPlaces.look(studyId)
      return null
    },
    'sentStudies.retry': async ({ studyId, numbers }) =>
      void (await sendStudy.retry(studyId, numbers)),
    'sentStudies.extend': ({ studyId, numbers, minutes }) =>
      sendStudy.extend(studyId, numbers, minutes),
    'sentStudies.limit': ({ studyId, limit }) => sendStudy.throttle(studyId, limit),
  }
}
