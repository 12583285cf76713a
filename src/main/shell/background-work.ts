/** What the desktop sees of work that goes on: notifications, no sleep, and windows that close over it. */
import { app, BrowserWindow, dialog, Notification, powerSaveBlocker } from 'electron'
import type { RunId } from '../../shared/core/ids.ts'
import type { Job } from '../../shared/runs/run.ts'
import type { Studio } from '../services/studio.ts'

const opens = ({ state }: Job) => state === 'queued' || state === 'running'

/** Keeps the machine awake while a job runs, unless the user does not want it. */
export function keepAwake({ facts, preferences, queue }: Studio): void {
  let blocker: number | null = null
  const look = (): void => {
    const wanted = preferences.get().keepAwake && queue.isRunning()
    if (wanted && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!wanted && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  }
  facts.on('jobs.changed', look)
  facts.on('preferences.changed', look)
}

/** What a notification says of a job's end; null where there is nothing to tell. */
function noticeOf(studio: Studio, job: Job): { title: string; body: string } | null {
  if (job.state === 'failed') return { title: `Failed: ${job.title}`, body: job.error ?? '' }
  if (job.state === 'paused' && job.error) {
    return { title: `Paused: ${job.title}`, body: job.error }
  }
  if (job.state !== 'finished') return null
  const waiting = studio.queue.list().filter(opens).length
  const left = waiting === 0 ? 'Nothing else waits.' : `${waiting} more in the queue.`
  if (job.runId === null) return { title: `Finished: ${job.title}`, body: left }
  // Adaptation and evaluation follow: one notification for all of it.
  if (studio.runs.jobs(job.runId).some(opens)) return null
  const auroc = studio.runs.get(job.runId).headline?.imageAuroc
  const figure = auroc == null ? '' : `Image AUROC ${(auroc * 100).toFixed(1)} %. `
  return { title: `Finished: ${job.title}`, body: figure + left }
}

/**
 * Tells the end of a run's work and every failure, unless a window of the studio has the focus.
 * @param show brings the window forward, with a run where the job has one
 */
export function notifyEnds(studio: Studio, show: (runId: RunId | null) => void): void {
  // Without a reference a notification is collected, and a click on it lost.
  const shown = new Set<Notification>()
  studio.facts.on('job.ended', ({ job }) => {
    if (!studio.preferences.get().notify) return
    if (BrowserWindow.getFocusedWindow() || !Notification.isSupported()) return
    const notice = noticeOf(studio, job)
    if (!notice) return
    const notification = new Notification(notice)
    shown.add(notification)
    notification.on('click', () => show(job.runId))
    notification.on('close', () => shown.delete(notification))
    notification.show()
  })
}

/**
 * Asks what to do when the last window is closed while there is work, and heeds the answer that was kept
 * for next time. Work in the background ends the application when nothing is left to do.
 */
export function createClosingRule({ queue, preferences, facts }: Studio) {
  let quitting = false
  let background = false
  app.on('before-quit', () => (quitting = true))
  facts.on('jobs.changed', () => {
    if (background && BrowserWindow.getAllWindows().length === 0 && !hasWork()) app.quit()
  })

  /** A database that cannot be read keeps no window open. */
  function hasWork(): boolean {
    try {
      return queue.hasWork()
    } catch {
      return false
    }
  }

  async function ask(window: BrowserWindow): Promise<void> {
    const { response, checkboxChecked } = await dialog.showMessageBox(window, {
      type: 'question',
      title: 'DDAD Studio',
      message: 'Jobs are running or waiting.',
      detail:
        'They can go on without a window; start DDAD Studio again to see them. Stopping saves the work ' +
        'now and goes on from there at the next start.',
      buttons: ['Go on in the background', 'Stop and quit', 'Cancel'],
      defaultId: 0,
      cancelId: 2,
      checkboxLabel: 'Do the same next time',
    })
    if (response === 2) return
    const whenClosing = response === 0 ? 'background' : 'quit'
    if (checkboxChecked) preferences.set({ whenClosing })
    leave(window, whenClosing)
  }

  function leave(window: BrowserWindow, how: 'background' | 'quit'): void {
    background = how === 'background'
    if (background) window.destroy()
    else app.quit()
  }

  return {
    /** To be called for each window; returns it. */
    guard: (window: BrowserWindow): BrowserWindow => {
      background = false
      window.on('close', (event) => {
        if (quitting || BrowserWindow.getAllWindows().length > 1 || !hasWork()) return
        event.preventDefault()
        const { whenClosing } = preferences.get()
        if (whenClosing === 'ask') void ask(window)
        else leave(window, whenClosing)
      })
      return window
    },
    /** Whether the application goes on without a window. */
    goesOn: (): boolean => background && !quitting && hasWork(),
  }
}
