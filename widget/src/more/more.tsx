/**
 * The chunk `more`: what only some visitors need, or only later. It shares the
 * app's Preact, and is loaded by it; where it cannot be, one can still talk.
 */
import { h } from 'preact'
import type { Kit, Script } from '../contract'
import { call } from './call'
import { Comment } from './comment'
import type { MoreProps, Over } from './contract'
import { MailSheet } from './mail'
import { Terms } from './consent'
import { Count } from './count'
import { introduce } from './introduce'
import { Menu } from './menu'
import css from './more.css?inline'
import { explain } from './owner'
import { SourceSheet } from './source'
import { Waiting } from './waiting'

function Above({ over, ...props }: MoreProps & { over: Over; show(over: Over): void; close(): void }) {
  switch (over.kind) {
    case 'menu':
      return <Menu over={over} {...props} />
    case 'mail':
      return <MailSheet {...props} />
    default:
      return <SourceSheet citation={over.citation!} close={props.close} />
  }
}

;(document.currentScript as Script<Kit> | null)?.parley?.take({ css, Over: Above, Terms, Waiting, Comment, Count, introduce, call, explain })
