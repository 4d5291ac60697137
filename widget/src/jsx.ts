/** What JSX becomes. Preact's own runtime makes the same elements by code of its own, which would be loaded beside this. */
import { type ComponentType, Fragment, h, type VNode } from 'preact'

type Props = Record<string, unknown>

export const jsx = (type: string | ComponentType<Props>, props: Props, key?: unknown): VNode<Props> =>
  h(type as ComponentType<Props>, key === undefined ? props : { ...props, key })

export { Fragment, jsx as jsxs }
