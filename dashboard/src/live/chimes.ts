// Sounds and the system's notifications. Both are the user's choice, per browser.

import type { Alert } from './alerts';
import { kept } from './kept';

const mute = 'parley.sound';

export const soundOn = (): boolean => kept.read(mute) !== 'off';
export const setSound = (on: boolean): void => (on ? kept.remove(mute) : kept.write(mute, 'off'));

/** Two short tones each, in hertz: rising for who waits, level for what was said. */
const tones: Record<Alert, [number, number]> = {
  waiting: [660, 880],
  assigned: [587, 784],
  message: [740, 740],
  mention: [880, 740],
};
const length = 0.14; // seconds a tone
const volume = 0.08;
/** A flood rings no more often. */
const pause = 1500;

let audio: AudioContext | undefined;
let last = 0;

export function ring(alert: Alert): void {
  if (!soundOn() || Date.now() - last < pause || typeof AudioContext === 'undefined') return;
  last = Date.now();
  audio ??= new AudioContext();
  // Browsers let nothing sound before the first click; then this resumes by itself.
  void audio.resume().catch(() => undefined);
  tones[alert].forEach((frequency, i) => {
    const begin = audio!.currentTime + i * length;
    const tone = audio!.createOscillator();
    const gain = audio!.createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(volume, begin);
    gain.gain.exponentialRampToValueAtTime(0.0001, begin + length);
    tone.connect(gain).connect(audio!.destination);
    tone.start(begin);
    tone.stop(begin + length);
  });
}

/** unsupported: this browser has none (or this page is not secure). */
export function noticePermission(): NotificationPermission | 'unsupported' {
  return typeof Notification === 'undefined' ? 'unsupported' : Notification.permission;
}

/** To be called by a click only: browsers hold it against pages that ask at load. */
export async function askForNotices(): Promise<void> {
  if (typeof Notification !== 'undefined') await Notification.requestPermission();
}

/** Shows a notice where the user allowed it and looks at something else. */
export function notify(title: string, body: string, conversation: string, open: () => void): void {
  if (noticePermission() !== 'granted' || document.visibilityState === 'visible') return;
  const notice = new Notification(title, { body, tag: conversation });
  notice.onclick = () => {
    window.focus();
    notice.close();
    open();
  };
}
