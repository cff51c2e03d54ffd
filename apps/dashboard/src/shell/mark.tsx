/** Wheelhouse's mark: a ship's wheel. */

const SPOKES = [0, 45, 90, 135, 180, 225, 270, 315];

export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" stroke="var(--brass)" aria-hidden="true">
      <circle cx="16" cy="16" r="8.5" strokeWidth="2.6" />
      <circle cx="16" cy="16" r="2.6" fill="var(--brass)" stroke="none" />
      {SPOKES.map((degrees) => (
        <path
          key={degrees}
          d="M16 13.4V2.2"
          strokeWidth="2.1"
          strokeLinecap="round"
          transform={`rotate(${degrees} 16 16)`}
        />
      ))}
    </svg>
  );
}
