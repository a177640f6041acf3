/** {@code sluice soak}: traffic through processes in containers of their own, for minutes. */
package io.sluice.cli.soak;
