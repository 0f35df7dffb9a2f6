"""Whether a workbook is accessible: any XLSX or ODS read into one model, and tested point by point."""
