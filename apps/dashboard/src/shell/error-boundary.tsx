/** Stands in for a part of the page that broke, with a plain sentence. React offers this as a class only. */

import { Component, type ReactNode } from "react";
import styles from "./error-boundary.module.css";

interface Props {
  /** What broke, as the sentence's subject. */
  readonly what: string;
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { readonly isBroken: boolean }> {
  override readonly state = { isBroken: false };

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <div className={styles.broken} role="alert">
        <p>{this.props.what} stopped working. Your game and what it sent are not affected.</p>
        <button type="button" className={styles.again} onClick={() => location.reload()}>
          Reload the page
        </button>
      </div>
    );
  }
}
