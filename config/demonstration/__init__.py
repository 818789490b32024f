"""A National Society at work: three branches, five partners, matters in every state, told in English, Russian and Arabic.

Everything is done by the real actions, as the people whose seat it is, at the time of the start; nobody here exists.
"""
