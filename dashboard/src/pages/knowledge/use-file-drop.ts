import { useEffect, useRef, useState } from 'react';

/** Files dropped anywhere on the page. True while some are held over it. */
export function useFileDrop(onFiles: (files: FileList) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;

  useEffect(() => {
    // Enter and leave come once for each element crossed: over as long as more were entered.
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const on = {
      dragenter: (event: DragEvent) => {
        if (hasFiles(event)) setOver(++depth > 0);
      },
      dragleave: (event: DragEvent) => {
        if (hasFiles(event)) setOver(--depth > 0);
      },
      dragover: (event: DragEvent) => {
        if (hasFiles(event)) event.preventDefault();
      },
      drop: (event: DragEvent) => {
        depth = 0;
        setOver(false);
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault(); // else the browser opens the file
        latest.current(event.dataTransfer.files);
      },
    };
    const names = Object.keys(on) as (keyof typeof on)[];
    for (const name of names) window.addEventListener(name, on[name]);
    return () => {
      for (const name of names) window.removeEventListener(name, on[name]);
    };
  }, []);
  return over;
}
