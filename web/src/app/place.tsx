import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'

export interface Step {
  label: string
  to?: string
}

const Steps = createContext<Step[]>([])
const SetSteps = createContext<((steps: Step[]) => void) | null>(null)

/** Where the person is: shown as breadcrumb and as the window's title. */
export function PlaceProvider({ children }: { children: ReactNode }) {
  const [steps, setSteps] = useState<Step[]>([])
  return (
    <SetSteps value={setSteps}>
      <Steps value={steps}>{children}</Steps>
    </SetSteps>
  )
}

export function useSteps(): Step[] {
  return useContext(Steps)
}

/** A page says where it is; labels may arrive later and change with the language. */
export function usePlace(steps: Step[]): void {
  const set = useContext(SetSteps)
  const text = JSON.stringify(steps)
  const stable = useMemo(() => JSON.parse(text) as Step[], [text])
  useEffect(() => {
    set?.(stable)
    const names = stable.map((step) => step.label).reverse()
    document.title = [...names, 'Jingwei 经纬'].join(' · ')
  }, [set, stable])
}
