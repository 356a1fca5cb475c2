"""School buildings (校舍安全, D17): each building with its seismic appraisal, and the works on those that need them. What a bureau plans
with: which appraisals have run out, which C and D buildings have no works, which works are behind."""
