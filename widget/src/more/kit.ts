/** What this chunk takes from the app in place of a Preact of its own: the build puts it there, see build.mjs. */
import type { Kit, Script } from '../contract'

export const { Fragment, h, useLayoutEffect, useRef, useState } = (document.currentScript as Script<Kit>).parley!.preact
